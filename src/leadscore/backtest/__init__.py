"""A model against its own past: scored as of then, judged by what followed.

In: a model, facts with their moments, outcomes. Out: a `Backtest`: conversion rates, medians and
rankings with their intervals, or "not enough data".
"""

from leadscore.backtest.figures import (
    DefinitionFigures,
    DimensionFigures,
    FirstFigures,
    MomentFigures,
    PooledFigures,
    Ranking,
)
from leadscore.backtest.moments import Every
from leadscore.backtest.notices import Notice, Unseen
from leadscore.backtest.pooled import PooledRate
from leadscore.backtest.replay import Engine
from leadscore.backtest.result import Backtest
from leadscore.backtest.run import backtest
from leadscore.backtest.tables import TextTable

__all__ = [
    "Backtest",
    "DefinitionFigures",
    "DimensionFigures",
    "Engine",
    "Every",
    "FirstFigures",
    "MomentFigures",
    "Notice",
    "PooledFigures",
    "PooledRate",
    "Ranking",
    "TextTable",
    "Unseen",
    "backtest",
]
