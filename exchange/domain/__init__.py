"""Values, rules and state machines of MP121: no input, no output, no clock of its own."""
