"""A relational database as a source: PostgreSQL, read by delivery day.

The tables are in ``schema.sql``; ``layout`` says which of their columns carries which cell of the exchange format;
``source`` reads closed days, ``connection`` keeps one snapshot and reconnects, ``loading`` fills the tables from
another source. How to start, load and schedule it: ``docs/operate/sql.md``.
"""
