"""Where rows come from. A setting chooses one source; nothing downstream knows which."""
