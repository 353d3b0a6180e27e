"""An office's older ledger, a workbook or a CSV → items marked as transcribed, and an honest list of doubts."""
