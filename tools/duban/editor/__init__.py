"""Schemas and policy → what editors work with: snippets, schemas that explain in two languages, Decap's forms."""
