"""The sources of the statutory rules, each with the day on which its text was compared.

The texts were stored public copies of these pages. The copy of Schedule 9 Part 5 says that it is up to date to 26
April 2024; paragraph 25(4) was read as enacted. A later amendment would not have been seen: compare them again.
"""

from __future__ import annotations

import datetime as dt

from throughcare.orders.statutory.finding import Citation

_READ = dt.date(2026, 11, 23)

CURFEW_ADULT = Citation(
    "Sentencing Act 2020, Schedule 9 paragraph 9, as amended by the Police, Crime, Sentencing and Courts Act "
    "2022 section 150",
    "https://www.legislation.gov.uk/ukpga/2020/17/schedule/9/paragraph/9",
    _READ,
    "statute",
)
CURFEW_YOUTH = Citation(
    "Sentencing Act 2020, Schedule 6 paragraph 18, as amended by the Police, Crime, Sentencing and Courts Act "
    "2022 Schedule 17 paragraph 19",
    "https://www.legislation.gov.uk/ukpga/2020/17/schedule/6/paragraph/18",
    _READ,
    "statute",
)
CURFEW_GUIDELINE = Citation(
    "Sentencing Council, Imposition of community and custodial sentences (2025), curfew requirement",
    "https://www.sentencingcouncil.org.uk/droppable/item/imposition-2025-curfew-requirement/",
    _READ,
    "guidance",
)
HDC = Citation(
    "Criminal Justice Act 2003 sections 250 and 253 as summarised in Halsbury's Laws, Sentencing, 737",
    "https://www.legislation.gov.uk/ukpga/2003/44/section/253",
    _READ,
    "secondary",
)
ABSTINENCE = Citation(
    "Sentencing Act 2020, Schedule 9 paragraph 25(4), as enacted",
    "https://www.legislation.gov.uk/ukpga/2020/17/schedule/9/part/12",
    _READ,
    "statute",
)
RESTRICTION_ZONE = Citation(
    "Sentencing Act 2026 section 17, prospective when read",
    "https://www.legislation.gov.uk/ukpga/2026/2/section/17",
    _READ,
    "statute",
)
ORDER_FORM = Citation(
    "HMPPS Create an electronic monitoring order, guide of 25 March 2026, as noted in this project's research",
    "https://github.com/ministryofjustice/hmpps-electronic-monitoring-create-an-order-docs",
    _READ,
    "secondary",
)
HOUSE = Citation("docs/rules/orders-statutory-limits.md", "", _READ, "house")
