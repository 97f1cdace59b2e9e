"""What runs inside of the limits, as scripts: these files import nothing of ours."""
