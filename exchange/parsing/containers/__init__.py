"""Open files and parts that hold other files, in memory and under ceilings."""
