"""What every room's Dagster shell shares: reading by day, checking, promoting, reporting.

Question: how does a pure verb become an asset that keeps the day rules of specification 4?
``inputs`` says what a verb may see, ``freshness`` what a day depends on, ``promotion`` how a day is checked
and replaced, ``daily``, ``fits`` and ``whole`` turn verbs into assets. Only the last three, and ``summary``,
know Dagster.
"""
