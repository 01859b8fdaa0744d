"""What the contract's cases share: servers, sessions that record, and the comparison of two recordings."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "test" / "controlplane"))
