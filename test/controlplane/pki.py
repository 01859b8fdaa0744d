"""Keys and certificates for a control plane of tests, made with the openssl command."""

import subprocess
from pathlib import Path

_SERVING = "IP:127.0.0.1,DNS:localhost,DNS:kubernetes,DNS:kubernetes.default.svc,IP:10.0.0.1"
_DAYS = "30"


def _openssl(*args, stdin=None):
    done = subprocess.run(["openssl", *args], input=stdin, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"openssl {args[0]} failed: {done.stderr.strip()}")


class Pki:
    """One certificate authority and what it signed, as PEM files in a folder."""

    def __init__(self, folder, name="neuron-scheduler-test-ca"):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.ca = self.folder / "ca.crt"
        self._ca_key = self.folder / "ca.key"
        if not self.ca.exists():
            self._key(self._ca_key)
            _openssl("req", "-x509", "-new", "-key", str(self._ca_key), "-subj", f"/CN={name}", "-days", _DAYS,
                     "-addext", "keyUsage=critical,keyCertSign,cRLSign", "-out", str(self.ca))

    @staticmethod
    def _key(path):
        _openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", str(path))

    def certificate(self, name, subject, usage="clientAuth", alt_names=None):
        """The paths (certificate, key); made on first use."""
        cert, key = self.folder / f"{name}.crt", self.folder / f"{name}.key"
        if cert.exists():
            return cert, key
        request, extensions = self.folder / f"{name}.csr", self.folder / f"{name}.ext"
        text = f"keyUsage=critical,digitalSignature\nextendedKeyUsage={usage}\nbasicConstraints=CA:FALSE\n"
        if alt_names:
            text += f"subjectAltName={alt_names}\n"
        extensions.write_text(text, encoding="utf-8")
        self._key(key)
        _openssl("req", "-new", "-key", str(key), "-subj", subject, "-out", str(request))
        _openssl("x509", "-req", "-in", str(request), "-CA", str(self.ca), "-CAkey", str(self._ca_key),
                 "-CAcreateserial", "-days", _DAYS, "-extfile", str(extensions), "-out", str(cert))
        return cert, key

    def serving(self, name="serving", alt_names=_SERVING):
        return self.certificate(name, "/CN=kubernetes", "serverAuth", alt_names)

    def token_keys(self):
        """The RSA pair (public, private) that signs and checks service account tokens."""
        public, private = self.folder / "sa.pub", self.folder / "sa.key"
        if not public.exists():
            _openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", str(private))
            _openssl("pkey", "-in", str(private), "-pubout", "-out", str(public))
        return public, private
