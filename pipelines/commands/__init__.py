"""The commands, one file each; a file's name is the command's (``pipelines/cli.py``).

What a command needs is imported where it runs: the help of all commands loads all these files.
"""
