"""Values, rules and state machines of MP121; pure: no input, no output, no clock."""
