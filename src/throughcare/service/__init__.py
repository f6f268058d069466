"""The service: one record, safe ingest, live monitoring and an alert desk, on Django. Pages, API and worker.

The domains stay pure: an app's actions call them inside one transaction and write down who did what.
"""
