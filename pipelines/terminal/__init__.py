"""What every command shares: how it speaks, which settings it is given, the days it runs over, the stages it runs."""
