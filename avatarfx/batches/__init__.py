"""One text for many: a template, a table, and a clip for each of its rows.

``tables`` reads what people send, ``template`` fills it in, ``writing`` gives back what
became of it. No rows of the database in here.
"""
