# SPDX-License-Identifier: MIT
"""Boots the guest on a card, moves real files through it, and reports what was measured."""
