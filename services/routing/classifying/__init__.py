"""What a question is about."""

import os

# Before numpy is read: its products here are small, and several threads a service would wait for each other's cores.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
