// SPDX-License-Identifier: MIT
#include "stack_test.h"
#include <net/rbtree.h>

#define NODES 512

struct item {
	struct rb_node node;
	uint32_t key;
	bool in;
};

static void tree_insert(struct rb_root *root, struct item *item)
{
	struct rb_node **link = &root->node, *parent = NULL;

	while (*link) {
		parent = *link;
		link = item->key < rb_entry(parent, struct item, node)->key ? &parent->left
									    : &parent->right;
	}
	rb_insert(root, &item->node, parent, link);
}

/* Returns the black height; asserts the rules of a red-black tree. */
static unsigned int check_rules(const struct rb_node *n, const struct rb_node *parent)
{
	unsigned int left, right;

	if (!n)
		return 1;
	ck_assert_ptr_eq(n->parent, parent);
	if (n->red)
		ck_assert(!(n->left && n->left->red) && !(n->right && n->right->red));
	left = check_rules(n->left, n);
	right = check_rules(n->right, n);
	ck_assert_uint_eq(left, right);
	return left + !n->red;
}

/* Forwards and backwards the tree tells what the array holds. Keys are the array's indices. */
static void check_against(const struct rb_root *root, struct item *items)
{
	struct rb_node *n = rb_first(root);

	for (unsigned int i = 0; i < NODES; i++) {
		if (!items[i].in)
			continue;
		ck_assert_ptr_eq(n, &items[i].node);
		n = rb_next(n);
	}
	ck_assert_ptr_null(n);
	n = rb_last(root);
	for (unsigned int i = NODES; i-- > 0;) {
		if (!items[i].in)
			continue;
		ck_assert_ptr_eq(n, &items[i].node);
		n = rb_prev(n);
	}
	ck_assert_ptr_null(n);
	ck_assert(!root->node || !root->node->red);
	check_rules(root->node, NULL);
}

START_TEST(random_insertions_and_deletions_match_a_sorted_array)
{
	static struct item items[NODES];
	struct rb_root root = {NULL};
	struct host_random r;

	memset(items, 0, sizeof(items));
	host_random_seed(&r, (uint64_t)_i, 0);
	for (unsigned int i = 0; i < NODES; i++)
		items[i].key = i;
	for (unsigned int step = 0; step < 6000; step++) {
		/* Phases that mostly grow and mostly shrink. */
		bool grow = host_random_chance(&r, (step / 1000) % 2 ? 0.3 : 0.7);
		struct item *item = &items[host_random_u64(&r) % NODES];

		if (item->in == grow)
			continue;
		if (grow)
			tree_insert(&root, item);
		else
			rb_erase(&root, &item->node);
		item->in = grow;
		if (step % 16 == 0)
			check_against(&root, items);
	}
	check_against(&root, items);
	for (unsigned int i = 0; i < NODES; i++)
		if (items[i].in)
			rb_erase(&root, &items[i].node);
	ck_assert_ptr_null(root.node);
}
END_TEST

START_TEST(equal_keys_keep_their_order)
{
	struct item items[8] = {0};
	struct rb_root root = {NULL};
	struct rb_node *n;

	for (unsigned int i = 0; i < 8; i++) {
		items[i].key = 7;
		tree_insert(&root, &items[i]);
	}
	n = rb_first(&root);
	for (unsigned int i = 0; i < 8; i++, n = rb_next(n))
		ck_assert_ptr_eq(n, &items[i].node);
}
END_TEST

START_TEST(an_empty_tree_has_neither_first_nor_last)
{
	struct rb_root root = {NULL};

	ck_assert_ptr_null(rb_first(&root));
	ck_assert_ptr_null(rb_last(&root));
}
END_TEST

Suite *rbtree_suite(void)
{
	Suite *s = suite_create("rbtree");
	TCase *t = tcase_create("rbtree");

	tcase_add_loop_test(t, random_insertions_and_deletions_match_a_sorted_array, 0, 4);
	tcase_add_test(t, equal_keys_keep_their_order);
	tcase_add_test(t, an_empty_tree_has_neither_first_nor_last);
	suite_add_tcase(s, t);
	return s;
}
