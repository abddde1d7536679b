"""Papers without Qt: a :class:`~console.domain.documents.Document` or its tables as PDF, xlsx and csv.

``pdf.render(document)``, ``sheet.workbook(tables, timezone)``, ``csv.encode(table, timezone)``; ``cells.shown`` is one cell as
text, for screens, too.
"""
