"""The line of clips that wait: whose turn it is, and how long that takes."""
