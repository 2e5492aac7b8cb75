"""Figures: of one commune, of the province, on pages and in files. Nobody is named in them."""
