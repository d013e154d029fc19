"""The pages that show the OpenAPI document, without what other hosts serve."""
