"""What the Python benchmarks share: who binds pods, what is measured of them, and how it is shown."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "test" / "e2e"))
import support  # noqa: E402,F401  (it adds test/controlplane)
