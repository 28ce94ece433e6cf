// SPDX-License-Identifier: MIT
#include "arch/serial.h"
#include "arch/cpu.h"

#define COM1	     0x3f8u
#define REG_DATA     (COM1 + 0)
#define REG_IRQ	     (COM1 + 1)
#define REG_FIFO     (COM1 + 2)
#define REG_LINE     (COM1 + 3)
#define REG_STATUS   (COM1 + 5)
#define FIFO_BYTES   16u
#define FIFO_EMPTY   0x20u
#define DIVISOR_LOW  REG_DATA
#define DIVISOR_HIGH REG_IRQ

void serial_init(void)
{
	outb(REG_IRQ, 0);
	outb(REG_LINE, 0x80); /* divisor latch */
	outb(DIVISOR_LOW, 1); /* 115200 baud */
	outb(DIVISOR_HIGH, 0);
	outb(REG_LINE, 0x03); /* 8 bits, no parity, 1 stop bit */
	outb(REG_FIFO, 0x07); /* FIFOs on and emptied */
}

void serial_write(const char *text, size_t len)
{
	while (len) {
		size_t burst = len < FIFO_BYTES ? len : FIFO_BYTES;

		while (!(inb(REG_STATUS) & FIFO_EMPTY))
			;
		for (size_t i = 0; i < burst; i++)
			outb(REG_DATA, (uint8_t)text[i]);
		text += burst;
		len -= burst;
	}
}
