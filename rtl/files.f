# The card's sources, packages first: packages, lib, bus, mac, tx, rx, irq, regs, top.
build/gen/ringside_reg_pkg.sv
build/gen/ringside_reg_map.sv

rtl/lib/sync_fifo.sv
rtl/lib/stream_widen.sv
rtl/lib/stream_narrow.sv
rtl/lib/lane_mask.sv

rtl/bus/rr_arbiter.sv
rtl/bus/dma_reader.sv
rtl/bus/dma_writer.sv
rtl/bus/axil_slave.sv

rtl/mac/pause_detect.sv
rtl/mac/pause_hold.sv
rtl/mac/pause_send.sv
rtl/mac/wake_magic.sv
rtl/mac/wake_address.sv
rtl/mac/wake_flex.sv
rtl/mac/wake_match.sv
rtl/mac/loopback.sv

rtl/tx/tx_fetch.sv
rtl/tx/tx_queues.sv
rtl/tx/tx_parse.sv
rtl/tx/tx_payload.sv
rtl/tx/tx_walk.sv
rtl/tx/tx_segment.sv
rtl/tx/tx_pack.sv
rtl/tx/tx_csum.sv
rtl/tx/tx_frame_buffer.sv
rtl/tx/tx_ring_state.sv
rtl/tx/tx_writeback.sv
rtl/tx/tx_engine.sv

rtl/rx/rx_filter.sv
rtl/rx/rx_parse.sv
rtl/rx/rx_rss.sv
rtl/rx/rx_ptp.sv
rtl/rx/rx_packet_sum.sv
rtl/rx/rx_buffer.sv
rtl/rx/rx_ingress.sv
rtl/rx/rx_desc_fetch.sv
rtl/rx/rx_deliver.sv
rtl/rx/rx_writeback.sv
rtl/rx/rx_engine.sv

rtl/irq/irq_delay.sv
rtl/irq/irq_throttle.sv
rtl/irq/irq_ctrl.sv

rtl/regs/reg_ram.sv
rtl/regs/bit_table.sv
rtl/regs/rss_table.sv
rtl/regs/ring_regs.sv
rtl/regs/pause_regs.sv
rtl/regs/wake_table.sv
rtl/regs/wake_packet.sv
rtl/regs/wake_regs.sv
rtl/regs/nvm.sv
rtl/regs/phy_mdic.sv
rtl/regs/stats.sv
rtl/regs/system_time.sv
rtl/regs/time_use.sv
rtl/regs/csr.sv

rtl/ringside_card.sv
