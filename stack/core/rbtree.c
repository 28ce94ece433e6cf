// SPDX-License-Identifier: MIT
/*
 * Red-black trees with parent pointers (Cormen, Leiserson, Rivest, Stein: "Introduction to
 * Algorithms", chapter 13; NULL stands for its black sentinel).
 */
#include <net/rbtree.h>

static bool is_red(const struct rb_node *n)
{
	return n && n->red;
}

/* Puts b where a hangs below a's parent. */
static void replace_child(struct rb_root *root, struct rb_node *a, struct rb_node *b)
{
	struct rb_node *parent = a->parent;

	if (!parent)
		root->node = b;
	else if (parent->left == a)
		parent->left = b;
	else
		parent->right = b;
	if (b)
		b->parent = parent;
}

static void rotate_left(struct rb_root *root, struct rb_node *n)
{
	struct rb_node *r = n->right;

	n->right = r->left;
	if (r->left)
		r->left->parent = n;
	replace_child(root, n, r);
	r->left = n;
	n->parent = r;
}

static void rotate_right(struct rb_root *root, struct rb_node *n)
{
	struct rb_node *l = n->left;

	n->left = l->right;
	if (l->right)
		l->right->parent = n;
	replace_child(root, n, l);
	l->right = n;
	n->parent = l;
}

/* Restores "a red node has no red child" upwards from a new red node. */
static void fix_insert(struct rb_root *root, struct rb_node *n)
{
	while (is_red(n->parent)) {
		struct rb_node *p = n->parent, *g = p->parent; /* a red node is not the root */
		bool left = p == g->left;
		struct rb_node *uncle = left ? g->right : g->left;

		if (is_red(uncle)) {
			p->red = uncle->red = false;
			g->red = true;
			n = g;
			continue;
		}
		/* inner grandchild: make it the outer one */
		if (n == (left ? p->right : p->left)) {
			n = p;
			left ? rotate_left(root, n) : rotate_right(root, n);
			p = n->parent;
		}
		p->red = false;
		g->red = true;
		left ? rotate_right(root, g) : rotate_left(root, g);
	}
	root->node->red = false;
}

void rb_insert(struct rb_root *root, struct rb_node *node, struct rb_node *parent,
	       struct rb_node **link)
{
	node->parent = parent;
	node->left = node->right = NULL;
	node->red = parent != NULL;
	*link = node;
	if (is_red(parent))
		fix_insert(root, node);
}

/* One step of fix_erase(): n's side of p is one black short. Returns where the shortage went. */
static struct rb_node *fix_erase_step(struct rb_root *root, struct rb_node *p, bool left)
{
	struct rb_node *s = left ? p->right : p->left, *outer, *inner;

	if (s->red) {
		s->red = false;
		p->red = true;
		left ? rotate_left(root, p) : rotate_right(root, p);
		s = left ? p->right : p->left;
	}
	outer = left ? s->right : s->left;
	inner = left ? s->left : s->right;
	if (!is_red(outer) && !is_red(inner)) {
		s->red = true;
		return p;
	}
	if (!is_red(outer)) {
		inner->red = false;
		s->red = true;
		left ? rotate_right(root, s) : rotate_left(root, s);
		outer = s;
		s = inner;
	}
	s->red = p->red;
	p->red = false;
	outer->red = false;
	left ? rotate_left(root, p) : rotate_right(root, p);
	return root->node;
}

/* The subtree n (may be NULL) below parent has one black node too few. */
static void fix_erase(struct rb_root *root, struct rb_node *n, struct rb_node *parent)
{
	while (n != root->node && !is_red(n)) {
		n = fix_erase_step(root, parent, n == parent->left);
		parent = n->parent;
	}
	if (n)
		n->red = false;
}

void rb_erase_balance(struct rb_root *root, struct rb_node *node)
{
	struct rb_node *child, *parent;
	bool removed_red = node->red;

	if (!node->left || !node->right) {
		child = node->left ? node->left : node->right;
		parent = node->parent;
		replace_child(root, node, child);
	} else { /* the successor takes node's place and colour */
		struct rb_node *next = rb_first(&(struct rb_root){node->right});

		removed_red = next->red;
		child = next->right;
		parent = next->parent == node ? next : next->parent;
		replace_child(root, next, child);
		next->left = node->left;
		next->right = node->right;
		next->red = node->red;
		next->left->parent = next;
		if (next->right)
			next->right->parent = next;
		replace_child(root, node, next);
	}
	if (!removed_red)
		fix_erase(root, child, parent);
}

struct rb_node *rb_first(const struct rb_root *root)
{
	struct rb_node *n = root->node;

	while (n && n->left)
		n = n->left;
	return n;
}

struct rb_node *rb_last(const struct rb_root *root)
{
	struct rb_node *n = root->node;

	while (n && n->right)
		n = n->right;
	return n;
}

struct rb_node *rb_next(const struct rb_node *node)
{
	if (node->right)
		return rb_first(&(struct rb_root){node->right});
	while (node->parent && node == node->parent->right)
		node = node->parent;
	return node->parent;
}

struct rb_node *rb_prev(const struct rb_node *node)
{
	if (node->left)
		return rb_last(&(struct rb_root){node->left});
	while (node->parent && node == node->parent->left)
		node = node->parent;
	return node->parent;
}
