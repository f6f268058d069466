"""Images and indirect contact sexual reoffending predictor (IIC-SRP, formerly OSP/IIC), of men."""
