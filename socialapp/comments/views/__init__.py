"""What is done with single comments on pages; the lists are their hosts' pages."""
