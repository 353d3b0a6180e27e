"""Papers that leave the site: tables as CSV and workbooks. What they say is made elsewhere; here it gets its form."""
