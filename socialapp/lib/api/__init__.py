"""The shape of the API: problems, parsers, pages, limits, schema. Of no app at all."""
