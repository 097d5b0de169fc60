"""Read workbooks, delimited files and PDFs into rows and columns, under ceilings."""
