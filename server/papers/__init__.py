"""What goes out on paper and in files: charts, workbooks, PDF."""
