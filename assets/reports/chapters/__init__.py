"""The chapters, one folder each: ``chapter.py`` exports ``CHAPTER``; they are discovered, not listed."""
