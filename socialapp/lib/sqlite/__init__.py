"""Django's SQLite, whose connections outlive the request that opened them."""
