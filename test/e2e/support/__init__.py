"""What the end-to-end tests share. The control plane itself lives in test/controlplane."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "test" / "controlplane"))
