"""The register as tables, in and out: what is exported can be imported again, and then changes nothing.

`cells` says how a text stands in a cell, `columns` what the columns mean, `sheets` which columns each table has,
`files` how tables lie in XLSX and CSV files, `importing` what becomes of them.
"""
