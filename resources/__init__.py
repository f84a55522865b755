"""Everything outside the process: sources, the lake, encoders, devices, settings, the budget ledger.

Also the contracts and errors that all rooms share. Imports nothing of ours.
"""
