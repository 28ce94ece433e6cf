# SPDX-License-Identifier: MIT
"""The one exception that ends a command with one line and a non-zero exit code."""


class UserError(Exception):
    """What went wrong and how to cure it, in one line."""
