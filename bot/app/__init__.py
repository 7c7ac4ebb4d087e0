"""The composition root: the only room that names concrete classes of both `bot` and `adapters`.

The configuration file and the environment are read here and nowhere else.
"""
