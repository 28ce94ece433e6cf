/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A bounded byte ring of frames between two threads: one puts, one takes; the indices are the only
 * shared state. A frame is stored as its length followed by its bytes and never wraps: when it does
 * not fit behind the last one, the rest of the ring is skipped.
 */
#ifndef HW_NET_RINGSIDE_FRAMES_H
#define HW_NET_RINGSIDE_FRAMES_H

#include "qemu/osdep.h"
#include "qemu/atomic.h"

/* a power of two: the indices wrap at 2^32 */
#define RINGSIDE_FRAMES_BYTES (512 * 1024)
#define RINGSIDE_FRAME_MAX    16384
#define RINGSIDE_FRAMES_SKIP  UINT32_MAX

typedef struct RingsideFrames {
    uint32_t head; /* next to take; bytes, monotone modulo 2^32 */
    uint32_t tail; /* next to put */
    uint8_t *bytes;
} RingsideFrames;

static inline void ringside_frames_init(RingsideFrames *f)
{
    f->head = f->tail = 0;
    f->bytes = g_malloc(RINGSIDE_FRAMES_BYTES);
}

static inline uint32_t ringside_frames_step(size_t len)
{
    return ROUND_UP(sizeof(uint32_t) + len, sizeof(uint32_t));
}

static inline bool ringside_frames_empty(RingsideFrames *f)
{
    return qatomic_load_acquire(&f->tail) == qatomic_read(&f->head);
}

static inline uint32_t ringside_frames_used(RingsideFrames *f)
{
    return qatomic_read(&f->tail) - qatomic_load_acquire(&f->head);
}

/* Room for one more frame of any size, wherever the tail is. */
static inline bool ringside_frames_room(RingsideFrames *f)
{
    return RINGSIDE_FRAMES_BYTES - ringside_frames_used(f) >= 2 * ringside_frames_step(RINGSIDE_FRAME_MAX);
}

/* Caller has checked ringside_frames_room(). */
static inline void ringside_frames_put(RingsideFrames *f, const void *frame, size_t len)
{
    uint32_t tail = f->tail;
    uint32_t at = tail % RINGSIDE_FRAMES_BYTES;
    uint32_t length = len;

    if (at + ringside_frames_step(len) > RINGSIDE_FRAMES_BYTES) {
        uint32_t skip = RINGSIDE_FRAMES_SKIP;

        memcpy(f->bytes + at, &skip, sizeof(skip));
        tail += RINGSIDE_FRAMES_BYTES - at;
        at = 0;
    }
    memcpy(f->bytes + at, &length, sizeof(length));
    memcpy(f->bytes + at + sizeof(length), frame, len);
    qatomic_store_release(&f->tail, tail + ringside_frames_step(len));
}

/* The oldest frame, or NULL; it stays until ringside_frames_drop(). */
static inline const uint8_t *ringside_frames_peek(RingsideFrames *f, size_t *len)
{
    uint32_t length;

    if (ringside_frames_empty(f)) {
        return NULL;
    }
    memcpy(&length, f->bytes + f->head % RINGSIDE_FRAMES_BYTES, sizeof(length));
    if (length == RINGSIDE_FRAMES_SKIP) {
        qatomic_set(&f->head, ROUND_UP(f->head, RINGSIDE_FRAMES_BYTES));
        memcpy(&length, f->bytes, sizeof(length));
    }
    *len = length;
    return f->bytes + f->head % RINGSIDE_FRAMES_BYTES + sizeof(length);
}

static inline void ringside_frames_drop(RingsideFrames *f, size_t len)
{
    qatomic_store_release(&f->head, f->head + ringside_frames_step(len));
}

#endif
