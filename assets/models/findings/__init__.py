"""What the room measures of its models: accuracy, claims, controls, reasons and whether the reasons hold."""
