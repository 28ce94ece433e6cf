# The card's sources, packages first: packages, lib, bus, tx, rx, irq, regs, top.
build/gen/ringside_reg_pkg.sv
build/gen/ringside_reg_map.sv

rtl/lib/sync_fifo.sv

rtl/bus/rr_arbiter.sv
rtl/bus/dma_reader.sv
rtl/bus/dma_writer.sv
rtl/bus/axil_slave.sv

rtl/irq/irq_delay.sv
rtl/irq/irq_throttle.sv
rtl/irq/irq_ctrl.sv

rtl/regs/reg_ram.sv
rtl/regs/mta_table.sv
rtl/regs/nvm.sv
rtl/regs/phy_mdic.sv
rtl/regs/stats.sv
rtl/regs/csr.sv
