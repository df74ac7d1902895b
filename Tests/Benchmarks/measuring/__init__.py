"""What bench.py puts together: loads, the servers beside ours, and how each figure is taken."""
