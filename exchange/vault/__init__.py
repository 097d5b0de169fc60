"""The sealed store of install codes: key file, sealed buckets, and the sealer of texts at rest."""
