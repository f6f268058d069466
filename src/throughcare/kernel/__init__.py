"""The words and numbers that every other layer shares: time, ids, columns, geodesy, reasons, errors."""
