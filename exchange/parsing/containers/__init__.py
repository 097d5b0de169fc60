"""Files and parts that hold other files: bytes to inner parts, under ceilings, without a trace."""
