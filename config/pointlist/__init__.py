"""Point lists (点表): a workbook becomes a changed site file, and a configuration becomes a workbook.

sheets (bytes to cells) -> columns (which column is what) -> rows (cells to points, with every mistake) -> machines (rows to
equipment and connections) -> merging (into the present site file's text). ``importing`` runs them; ``listing`` is the way back.
"""
