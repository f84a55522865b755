"""What ties the rooms together: partitions, jobs, schedules, sensors, definitions, the command line."""
