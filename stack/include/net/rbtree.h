/* SPDX-License-Identifier: MIT */
/* Red-black trees with the node inside the member (stack/core/rbtree.c). */
#ifndef NET_RBTREE_H
#define NET_RBTREE_H

#include <stdbool.h>
#include <stddef.h>

struct rb_node {
	struct rb_node *parent, *left, *right;
	bool red;
};

struct rb_root {
	struct rb_node *node;
};

#define rb_entry(ptr, type, member) container_of(ptr, type, member)

/* Links node below parent at *link (parent's left or right, or the root) and rebalances. */
void rb_insert(struct rb_root *root, struct rb_node *node, struct rb_node *parent,
	       struct rb_node **link);
void rb_erase_balance(struct rb_root *root, struct rb_node *node);
/* The only node of a tree needs no balance: most trees of segments hold one. */
static inline void rb_erase(struct rb_root *root, struct rb_node *node)
{
	if (root->node == node && !node->left && !node->right)
		root->node = NULL;
	else
		rb_erase_balance(root, node);
}
struct rb_node *rb_first(const struct rb_root *root);
struct rb_node *rb_last(const struct rb_root *root);
struct rb_node *rb_next(const struct rb_node *node);
struct rb_node *rb_prev(const struct rb_node *node);

#endif
