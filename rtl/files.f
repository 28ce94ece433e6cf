rtl/lib/sync_fifo.sv
rtl/bus/rr_arbiter.sv
rtl/bus/dma_reader.sv
rtl/bus/dma_writer.sv
