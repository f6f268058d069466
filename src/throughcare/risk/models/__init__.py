"""Models fitted on an agency's own data: additive, written out as tables, and refused where data are too few.

A decision is only ever supported by a model whose every term can be read: an additive model of single and
paired features, or a scorecard of whole points. Others are fitted beside it as comparators, never used.
"""
